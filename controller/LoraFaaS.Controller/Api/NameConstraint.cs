namespace LoraFaaS.Controller.Api;

/// <summary>OpenFaaS's path variables: <c>[-a-zA-Z_0-9.]+</c>. Anything else is an unknown route.</summary>
internal sealed class NameConstraint : IRouteConstraint
{
    public const string Key = "faas";

    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values.TryGetValue(routeKey, out var value) && value is string { Length: > 0 } text
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
