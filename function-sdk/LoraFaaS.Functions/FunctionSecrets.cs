using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace LoraFaaS.Functions;

/// <summary>Secrets by name. A changed secret is seen by the next process: after an idle stop, a new revision or a restart.</summary>
public sealed class FunctionSecrets(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> values)
{
    /// <summary>No secrets, as for a deployment that names none.</summary>
    public static FunctionSecrets None { get; } = new(new Dictionary<string, ReadOnlyMemory<byte>>());

    /// <summary>In no order.</summary>
    public IEnumerable<string> Names => values.Keys;

    /// <summary>The value as UTF-8 text.</summary>
    /// <exception cref="KeyNotFoundException">The deployment does not name it.</exception>
    public string GetText(string name) => TryGet(name, out var value)
        ? Encoding.UTF8.GetString(value.Value.Span)
        : throw new KeyNotFoundException($"The deployment names no secret \"{name}\".");

    /// <summary>The value's bytes; false when the deployment does not name it.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ReadOnlyMemory<byte>? value)
    {
        // Not a conditional expression: null would become an empty memory there, and an absent secret an empty one.
        value = null;

        if (values.TryGetValue(name, out var bytes))
        {
            value = bytes;
        }

        return value is not null;
    }
}
