using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>A function's revisions, and how its calls are split over them. Every change answers with the split as it is then.</summary>
public sealed class TrafficClient
{
    private readonly Transport _transport;

    internal TrafficClient(Transport transport) => _transport = transport;

    /// <summary>The revisions that are kept, the newest first.</summary>
    public async Task<IReadOnlyList<RevisionInfo>> ListRevisionsAsync(FunctionId id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(id, "revisions"));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListRevisionInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The split.</summary>
    public async Task<TrafficInfo> GetAsync(FunctionId id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(id, "traffic"));
        return await _transport.ReadAsync(request, ContractsJson.Default.TrafficInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets the whole split: shares of 100 together.</summary>
    /// <param name="generation">Of the split that was looked at: another's change in between is then refused (409). Null: the last writer wins.</param>
    public Task<TrafficInfo> SetAsync(
        FunctionId id, IReadOnlyList<TrafficTarget> targets, long? generation = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Put, id, "traffic", new TrafficRequest { Targets = targets, Generation = generation }, ContractsJson.Default.TrafficRequest, cancellationToken);

    /// <summary>All calls to the newest revision.</summary>
    public Task<TrafficInfo> PromoteAsync(FunctionId id, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, id, "promote", new RollbackRequest(), ContractsJson.Default.RollbackRequest, cancellationToken);

    /// <summary>Back to a revision; null: a revision under trial leaves, and where one serves alone, what served before it comes back.</summary>
    public Task<TrafficInfo> RollbackAsync(FunctionId id, int? to = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, id, "rollback", new RollbackRequest { To = to }, ContractsJson.Default.RollbackRequest, cancellationToken);

    private async Task<TrafficInfo> SendAsync<T>(
        HttpMethod method, FunctionId id, string what, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, Address(id, what)) { Content = JsonContent.Create(body, type) };
        return await _transport.ReadAsync(request, ContractsJson.Default.TrafficInfo, cancellationToken).ConfigureAwait(false);
    }

    private static Uri Address(FunctionId id, string what) => new(
        $"system/function/{Uri.EscapeDataString(id.Name.Value)}/{what}?namespace={Uri.EscapeDataString(id.Namespace.Value)}", UriKind.Relative);
}
