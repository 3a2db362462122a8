using System.Diagnostics.CodeAnalysis;

namespace LoraFaaS.Contracts.Identity;

/// <summary>A function within its namespace, written <c>name.namespace</c>.</summary>
public readonly record struct FunctionId(NamespaceName Namespace, FunctionName Name)
{
    /// <summary>Reads <c>name</c> or <c>name.namespace</c>; what follows the last dot is the namespace (OpenFaaS rule).</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FunctionId id)
    {
        id = default;

        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var dot = text.LastIndexOf('.');
        var namespaceName = NamespaceName.Default;

        if (dot >= 0 && !NamespaceName.TryParse(text[(dot + 1)..], out namespaceName))
        {
            return false;
        }

        if (!FunctionName.TryParse(dot < 0 ? text : text[..dot], out var name))
        {
            return false;
        }

        id = new FunctionId(namespaceName, name);
        return true;
    }

    public override string ToString() => $"{Name}.{Namespace}";
}
