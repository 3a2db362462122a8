using System.Globalization;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>The platform itself: is it up, which version, which workers.</summary>
public sealed class PlatformClient
{
    private readonly Transport _transport;

    internal PlatformClient(Transport transport) => _transport = transport;

    /// <summary>False when the gateway answers but is not ready; a gateway that cannot be reached is an exception.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("healthz", UriKind.Relative));
        using var response = await _transport.SendAnyAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode;
    }

    public async Task<GatewayInfo> InfoAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("system/info", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.GatewayInfo, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<WorkerInfo>> WorkersAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/v1/workers", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListWorkerInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A worker finishes what it runs and takes nothing new, until it is resumed or started again.</summary>
    public Task DrainAsync(WorkerId worker, CancellationToken cancellationToken = default) => TellAsync(worker, "drain", cancellationToken);

    /// <summary>A drained worker takes calls again.</summary>
    public Task ResumeAsync(WorkerId worker, CancellationToken cancellationToken = default) => TellAsync(worker, "resume", cancellationToken);

    /// <summary>Finished invocations by the minute, of one function or of all when null; at most of the last three hours.</summary>
    public async Task<InvocationStats> StatsAsync(FunctionId? function, DateTimeOffset from, CancellationToken cancellationToken = default)
    {
        var only = function is { } id ? $"&function={Uri.EscapeDataString(id.ToString())}" : "";
        var path = $"api/v1/stats?from={Uri.EscapeDataString(from.ToString("O", CultureInfo.InvariantCulture))}{only}";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.InvocationStats, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What today (UTC) has cost so far, function by function.</summary>
    public async Task<CostInfo> CostAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/v1/cost", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.CostInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What one day (UTC) cost, function by function.</summary>
    public async Task<CostInfo> CostAsync(DateOnly day, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"api/v1/cost?day={day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)}", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.CostInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>When a function's adapter was where, today and yesterday, oldest first.</summary>
    public async Task<IReadOnlyList<TierMoveInfo>> MovesAsync(FunctionId function, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"api/v1/moves?function={Uri.EscapeDataString(function.ToString())}", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListTierMoveInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The newest pre-load plan; with a function (name.namespace), its lines alone. Number 0: none was made yet.</summary>
    public async Task<PlanInfo> PlanAsync(string? function = null, CancellationToken cancellationToken = default)
    {
        var path = function is null ? "api/v1/plan" : $"api/v1/plan?function={Uri.EscapeDataString(function)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.PlanInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Who changed what, newest first; at most 1000.</summary>
    public async Task<IReadOnlyList<AuditEvent>> AuditAsync(DateTimeOffset? since, int limit, CancellationToken cancellationToken = default)
    {
        var from = since is { } time ? $"&since={Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture))}" : "";
        var path = string.Create(CultureInfo.InvariantCulture, $"api/v1/audit?limit={limit}{from}");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListAuditEvent, cancellationToken).ConfigureAwait(false);
    }

    private async Task TellAsync(WorkerId worker, string what, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"api/v1/workers/{Uri.EscapeDataString(worker.Value)}/{what}", UriKind.Relative));
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
