namespace LoraFaaS.Gateway.Ui;

/// <summary>/ui is the console's: its pages, its files and the WebSocket its pages live on. It asks for the password itself.</summary>
internal static class UiEndpoints
{
    public static void MapUi(this IEndpointRouteBuilder routes) =>
        routes.Map("/ui/{**path}", routes.ServiceProvider.GetRequiredService<UiForwarder>().ForwardAsync);
}
