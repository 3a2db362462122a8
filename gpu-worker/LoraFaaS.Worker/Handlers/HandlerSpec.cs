using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Worker.Handlers;

/// <summary>All that starting a function's code needs to know of its revision.</summary>
internal sealed record HandlerSpec(HandlerKey Key, long CodeBytes, bool HasSettings, TimeSpan? KeepAlive)
{
    /// <summary>Null: the revision has no code.</summary>
    public static HandlerSpec? Of(FunctionId function, RevisionRef revision) => Digest.TryParse(revision.CodeDigest, out var code)
        ? new HandlerSpec(
            new HandlerKey(function, revision.Number, code),
            revision.CodeBytes,
            revision.CodeSecrets,
            revision.KeepAliveMs > 0 ? TimeSpan.FromMilliseconds(revision.KeepAliveMs) : null)
        : null;
}
