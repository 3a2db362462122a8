using LoraFaaS.Gateway.Admission;

namespace LoraFaaS.Gateway.Async;

/// <summary>Asynchronous calls are POSTs; other methods get 405 from routing.</summary>
internal static class AsyncEndpoints
{
    public static void MapAsyncFunctions(this IEndpointRouteBuilder routes)
    {
        var admission = routes.ServiceProvider.GetRequiredService<AdmissionStation>();
        var dialect = routes.ServiceProvider.GetRequiredService<AsyncDialect>();

        var cancellation = routes.ServiceProvider.GetRequiredService<CallCancellation>();

        routes.MapPost("/async-function/{name}/{**path}", context => admission.RunAsync(context, dialect));
        routes.MapDelete("/async-function/{id}", cancellation.HandleAsync);
    }
}
