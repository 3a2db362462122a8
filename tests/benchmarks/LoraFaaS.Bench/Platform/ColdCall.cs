using System.Text.Json;

namespace LoraFaaS.Bench.Platform;

/// <summary>One streamed call: when its first token came, as the caller saw it and at the caller's socket, and the platform's own account of it.</summary>
internal sealed record ColdCall(string Function, double FirstTokenMs, double SocketMs, JsonElement Account)
{
    /// <summary>The stages of an account, in the order they happen.</summary>
    public static IReadOnlyList<string> Stages { get; } = ["door", "activation", "connect", "admission", "queue", "sandbox", "map", "kernels", "adapter", "prompt", "prefix", "prefill", "relay", "transport", "flush"];

    public double Stage(string name) => Account.TryGetProperty(name + "_ms", out var value) ? value.GetDouble() : 0;

    /// <summary>All stages together.</summary>
    public double AccountedMs => Stages.Sum(Stage);
}
