using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;

namespace LoraFaaS.Controller.Api;

/// <summary>Reads which namespace a request is about, from the query or a body. Absent: the default one. An unknown one is 400.</summary>
internal static class NamespaceQuery
{
    public static Task<(NamespaceName Name, Problem? Problem)> ReadAsync(HttpRequest request, FunctionRegistry functions, CancellationToken cancellationToken) =>
        CheckAsync(request.Query["namespace"].LastOrDefault(), functions, cancellationToken);

    public static async Task<(NamespaceName Name, Problem? Problem)> CheckAsync(string? text, FunctionRegistry functions, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(text))
        {
            return (NamespaceName.Default, null);
        }

        return NamespaceName.TryParse(text, out var name)
            ? (name, await functions.CheckNamespaceAsync(name, cancellationToken))
            : (default, new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(text)} is not a valid namespace", "namespace"));
    }
}
