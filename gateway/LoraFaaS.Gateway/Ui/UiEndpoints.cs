using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Ui;

/// <summary>/ui is the console's: its pages, its files and the WebSocket its pages live on. It asks for the password itself.</summary>
internal static class UiEndpoints
{
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    public static void MapUi(this IEndpointRouteBuilder routes)
    {
        routes.Map("/ui/{**path}", routes.ServiceProvider.GetRequiredService<UiForwarder>().ForwardAsync);

        // Who types the gateway's address into a browser means the console, as with OpenFaaS. (A POST there is LoRAX's.)
        if (routes.ServiceProvider.GetRequiredService<IOptions<GatewayOptions>>().Value.ConsoleUrl.Length > 0)
        {
            routes.MapMethods("/", Reads, context =>
            {
                context.Response.Redirect("/ui/", permanent: false, preserveMethod: true);
                return Task.CompletedTask;
            });
        }
    }
}
