"""Fields of a form that matter only with certain choices of another one."""


def shown_with(field, *values):
    """Widget attributes: the page hides the field while ``field`` holds none of ``values`` (static/js/app.js).

    Without a script all fields show; what does not belong to the choice is left unread by the form.
    """
    return {"data-with": f"{field}={','.join(values)}"}
