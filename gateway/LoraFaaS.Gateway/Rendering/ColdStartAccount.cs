using System.Globalization;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Rendering;

/// <summary>Where the time to the first token went, as the callers see it. Milliseconds.</summary>
internal sealed record ColdStartAccount(
    double QueueMs,
    double SandboxMs,
    double MapMs,
    double KernelsMs,
    double AdapterMs,
    double PrefixMs,
    double PrefillMs,
    double TtftMs,
    double DecodeMs,
    string AdapterTier,
    bool SandboxWarm,
    double? HandlerMs,
    double? CodeMs)
{
    /// <summary>Null when the worker gave none.</summary>
    public static ColdStartAccount? From(ColdStart? cold) => cold is null
        ? null
        : new ColdStartAccount(
            Round(cold.QueueMs),
            Round(cold.SandboxMs),
            Round(cold.MapMs),
            Round(cold.KernelsMs),
            Round(cold.AdapterMs),
            Round(cold.PrefixMs),
            Round(cold.PrefillMs),
            Round(cold.TtftMs),
            Round(cold.DecodeMs),
            ((StorageTier)cold.AdapterTier).ToString().ToLowerInvariant(),
            cold.SandboxWarm,
            cold.HandlerMs > 0 ? Round(cold.HandlerMs) : null,
            cold.HandlerMs > 0 ? Round(cold.CodeMs) : null);

    /// <summary>The value of X-Lorafaas-Cold-Start. handler and code: only of a function with code.</summary>
    public string ToHeader()
    {
        var code = HandlerMs is { } handler ? string.Create(CultureInfo.InvariantCulture, $",handler={handler},code={CodeMs}") : "";

        return string.Create(
            CultureInfo.InvariantCulture,
            $"queue={QueueMs},sandbox={SandboxMs},map={MapMs},kernels={KernelsMs},adapter={AdapterMs},prefix={PrefixMs},prefill={PrefillMs}{code};tier={AdapterTier}");
    }

    private static double Round(double milliseconds) => double.IsFinite(milliseconds) ? Math.Round(milliseconds, 2) : 0;
}
