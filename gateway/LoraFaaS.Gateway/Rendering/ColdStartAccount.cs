using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Rendering;

/// <summary>Where the time to the first token went, as the callers see it: stages in the order they happen, in milliseconds, that add up to the time to the first token.</summary>
internal readonly record struct ColdStartAccount(
    double DoorMs,
    double ActivationMs,
    double ConnectMs,
    double AdmissionMs,
    double QueueMs,
    double SandboxMs,
    double MapMs,
    double KernelsMs,
    double AdapterMs,
    double PromptMs,
    double PrefixMs,
    double PrefillMs,
    double RelayMs,
    double TransportMs,
    double FlushMs,
    double TtftMs,
    double DecodeMs,
    string AdapterTier,
    string BackboneTier,
    bool SandboxWarm,
    bool PrefixCached,
    string? PrefixTier,
    long? PrefixBytes,
    double? HandlerMs,
    double? CodeMs)
{
    private static readonly string[] Tiers = [.. Enum.GetValues<StorageTier>().Order().Select(tier => tier.ToString().ToLowerInvariant())];

    /// <summary>Null when the worker gave none.</summary>
    public static ColdStartAccount? From(ColdStart? cold) => cold is null
        ? null
        : new ColdStartAccount(
            Round(cold.DoorMs),
            Round(cold.ActivationMs),
            Round(cold.ConnectMs),
            Round(cold.AdmissionMs),
            Round(cold.QueueMs),
            Round(cold.SandboxMs),
            Round(cold.MapMs),
            Round(cold.KernelsMs),
            Round(cold.AdapterMs),
            Round(cold.PromptMs),
            Round(cold.PrefixMs),
            Round(cold.PrefillMs),
            Round(cold.RelayMs),
            Round(cold.TransportMs),
            Round(cold.FlushMs),
            Round(cold.TtftMs),
            Round(cold.DecodeMs),
            Name(cold.AdapterTier),
            Name(cold.BackboneTier),
            cold.SandboxWarm,
            cold.PrefixCached,
            cold.PrefixCached && (StorageTier)cold.PrefixTier is not StorageTier.Remote ? Name(cold.PrefixTier) : null,
            cold.PrefixCached && cold.PrefixBytes > 0 ? cold.PrefixBytes : null,
            cold.HandlerMs > 0 ? Round(cold.HandlerMs) : null,
            cold.HandlerMs > 0 ? Round(cold.CodeMs) : null);

    /// <summary>The value of X-Lorafaas-Cold-Start. handler and code: only of a function with code.</summary>
    public string ToHeader()
    {
        var handler = HandlerMs is { } wait ? string.Create(CultureInfo.InvariantCulture, $"handler={wait},code={CodeMs ?? 0},") : "";

        return string.Create(
            CultureInfo.InvariantCulture,
            $"door={DoorMs},activation={ActivationMs},connect={ConnectMs},admission={AdmissionMs},queue={QueueMs},sandbox={SandboxMs},map={MapMs},kernels={KernelsMs},adapter={AdapterMs},prompt={PromptMs},prefix={PrefixMs},prefill={PrefillMs},{handler}relay={RelayMs},transport={TransportMs},flush={FlushMs};tier={AdapterTier},backbone={BackboneTier},sandbox={(SandboxWarm ? "warm" : "cold")},prefix={(PrefixCached ? "cached" : "none")}{(PrefixTier is { } found ? $",prefix-tier={found}" : "")}{(PrefixBytes is { } bytes ? $",prefix-bytes={bytes}" : "")}");
    }

    /// <summary>The same on a trace.</summary>
    public void Tag(Activity activity)
    {
        foreach (var (name, milliseconds) in Stages)
        {
            activity.SetTag($"lorafaas.stage.{name}_ms", milliseconds);
        }

        activity.SetTag("lorafaas.ttft_ms", TtftMs);
        activity.SetTag("lorafaas.adapter_tier", AdapterTier);
        activity.SetTag("lorafaas.backbone_tier", BackboneTier);
        activity.SetTag("lorafaas.sandbox_warm", SandboxWarm);

        if (PrefixTier is { } found)
        {
            activity.SetTag("lorafaas.prefix_tier", found);
        }

        if (PrefixBytes is { } bytes)
        {
            activity.SetTag("lorafaas.prefix_bytes", bytes);
        }
    }

    private IEnumerable<(string Name, double Milliseconds)> Stages =>
    [
        ("door", DoorMs), ("activation", ActivationMs), ("connect", ConnectMs), ("admission", AdmissionMs), ("queue", QueueMs), ("sandbox", SandboxMs), ("map", MapMs), ("kernels", KernelsMs),
        ("adapter", AdapterMs), ("prompt", PromptMs), ("prefix", PrefixMs), ("prefill", PrefillMs),
        .. HandlerMs is { } handler ? [("handler", handler), ("code", CodeMs ?? 0)] : Array.Empty<(string, double)>(),
        ("relay", RelayMs), ("transport", TransportMs), ("flush", FlushMs),
    ];

    private static double Round(double milliseconds) => double.IsFinite(milliseconds) ? Math.Round(milliseconds, 2) : 0;

    private static string Name(int tier) => tier >= 0 && tier < Tiers.Length ? Tiers[tier] : ((StorageTier)tier).ToString().ToLowerInvariant();
}
