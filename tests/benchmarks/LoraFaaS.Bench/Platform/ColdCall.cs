using System.Text.Json;

namespace LoraFaaS.Bench.Platform;

/// <summary>One streamed call: when its first token came, as the caller saw it, and the platform's own account of it.</summary>
internal sealed record ColdCall(string Function, double FirstTokenMs, JsonElement Account)
{
    /// <summary>The stages of an account, in the order they happen.</summary>
    public static IReadOnlyList<string> Stages { get; } = ["queue", "sandbox", "map", "kernels", "adapter", "prefix", "prefill"];

    public double Stage(string name) => Account.TryGetProperty(name + "_ms", out var value) ? value.GetDouble() : 0;

    /// <summary>From the worker's receiving the call to its first token.</summary>
    public double AccountedMs => Stage("ttft");
}
