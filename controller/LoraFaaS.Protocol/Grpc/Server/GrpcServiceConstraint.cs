using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LoraFaaS.Protocol.Grpc.Server;

/// <summary>A gRPC service's name is its package and its name with dots between, which the first part of no other path here is.</summary>
internal sealed class GrpcServiceConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values.TryGetValue(routeKey, out var value) && value is string name && name.Contains('.', StringComparison.Ordinal);
}
