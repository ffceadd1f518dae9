"""How component tags are made: strict attributes, one template each, bodies that end with ``{% end %}``."""

from inspect import getfullargspec

from django import template
from django.template import TemplateSyntaxError
from django.template.library import parse_bits


def check(tag, name, value, allowed):
    """TemplateSyntaxError unless ``value`` is one of ``allowed``."""
    if value not in allowed:
        known = ", ".join(map(repr, allowed))
        raise TemplateSyntaxError(f"{{% {tag} %}}: {name}={value!r} is not one of {known}")


def check_pair(tag, **pair):
    """TemplateSyntaxError when one of attributes that go together is missing."""
    if len({bool(value) for value in pair.values()}) > 1:
        raise TemplateSyntaxError(f"{{% {tag} %}}: {' and '.join(pair)} go together")


def draw(context, name, values):
    """HTML of ``components/<name>.html`` with ``values`` and, of the page, its request and CSRF token."""
    inner = context.new(values)
    inner["request"], inner["csrf_token"] = context.get("request"), context.get("csrf_token")
    return context.template.engine.get_template(f"components/{name}.html").render(inner)


class BodyNode(template.Node):
    """A component with a body: the function makes the values, the body is ``content``."""

    def __init__(self, name, function, nodelist, args, kwargs):
        self.name, self.function, self.nodelist = name, function, nodelist
        self.args, self.kwargs = args, kwargs

    def render(self, context):
        args = [arg.resolve(context) for arg in self.args]
        kwargs = {name: value.resolve(context) for name, value in self.kwargs.items()}
        values = self.function(*args, **kwargs)
        content = self.nodelist.render(context)
        return draw(context, self.name, values | {"content": content if content.strip() else ""})


def with_body(register):
    """Register ``function(…) -> values`` as a tag with a body, drawn by the component of the same name."""

    def decorate(function):
        name, spec = function.__name__, getfullargspec(function)

        def compile_tag(parser, token):
            args, kwargs = parse_bits(
                parser,
                token.split_contents()[1:],
                spec.args,
                spec.varargs,
                spec.varkw,
                spec.defaults,
                spec.kwonlyargs,
                spec.kwonlydefaults,
                takes_context=False,
                name=name,
            )
            nodelist = parser.parse(("end", f"end{name}"))
            parser.delete_first_token()
            return BodyNode(name, function, nodelist, args, kwargs)

        register.tag(name, compile_tag)
        return function

    return decorate
