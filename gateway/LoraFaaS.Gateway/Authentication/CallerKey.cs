using System.Collections.Frozen;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Gateway.Authentication;

/// <summary>An API key as the gateway knows it: the hashes of its texts, what it may call, how much, how urgently, and until when.</summary>
internal sealed class CallerKey(
    ApiKeyId id,
    NamespaceName @namespace,
    FrozenSet<FunctionName> functions,
    CallerKeySecret[] secrets,
    ApiKeyLimits limits,
    FunctionPriority? priority,
    DateTimeOffset? expiresAt)
{
    /// <summary>Who knows the password of the control API could issue a key for anything, and so needs none.</summary>
    public static readonly CallerKey Operator = new(new ApiKeyId("operator"), default, [], [], ApiKeyLimits.None, null, null);

    public ApiKeyId Id => id;

    public NamespaceName Namespace => @namespace;

    public ApiKeyLimits Limits => limits;

    /// <summary>Null: its calls have their functions' priorities.</summary>
    public FunctionPriority? Priority => priority;

    public bool Covers(FunctionId function) => ReferenceEquals(this, Operator) || CoversScope(function);

    public KeyState Judge(ReadOnlySpan<byte> hash, DateTimeOffset now)
    {
        var state = KeyState.Wrong;

        // All are always compared, each in constant time: how long it takes tells nothing of what was close.
        foreach (var secret in secrets)
        {
            if (secret.Matches(hash))
            {
                state = secret.ExpiresAt <= now || expiresAt <= now ? KeyState.Expired : KeyState.Valid;
            }
        }

        return state;
    }

    private bool CoversScope(FunctionId function) => function.Namespace == @namespace && (functions.Count == 0 || functions.Contains(function.Name));
}
