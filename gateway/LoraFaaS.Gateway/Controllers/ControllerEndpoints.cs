namespace LoraFaaS.Gateway.Controllers;

/// <summary>/system (OpenFaaS) and /api (ours) are the controller's; which of their paths exist it knows itself.</summary>
internal static class ControllerEndpoints
{
    public static void MapController(this IEndpointRouteBuilder routes)
    {
        var forwarder = routes.ServiceProvider.GetRequiredService<ControllerForwarder>();

        routes.Map("/system/{**path}", forwarder.ForwardAsync);
        routes.Map("/api/{**path}", forwarder.ForwardAsync);
    }
}
