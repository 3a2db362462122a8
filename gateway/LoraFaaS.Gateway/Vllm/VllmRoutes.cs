using LoraFaaS.Gateway.Controllers;

namespace LoraFaaS.Gateway.Vllm;

/// <summary>Where vLLM's adapter management hangs.</summary>
internal static class VllmRoutes
{
    public static void AddVllm(this IServiceCollection services)
    {
        services.AddSingleton<ControllerClient>();
        services.AddSingleton<AdapterDesk>();
        services.AddSingleton<VllmEndpoints>();
    }

    public static void MapVllm(this IEndpointRouteBuilder routes)
    {
        var endpoints = routes.ServiceProvider.GetRequiredService<VllmEndpoints>();

        routes.MapPost("/v1/load_lora_adapter", endpoints.LoadAsync);
        routes.MapPost("/v1/unload_lora_adapter", endpoints.UnloadAsync);
    }
}
