using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Embedded.Catalogue;

/// <summary>By namespace, then by name; ordinal, as Postgres's "C" collation.</summary>
internal sealed class FunctionOrder : IComparer<FunctionId>
{
    public static readonly FunctionOrder Instance = new();

    public int Compare(FunctionId x, FunctionId y)
    {
        var byNamespace = string.CompareOrdinal(x.Namespace.Value, y.Namespace.Value);

        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(x.Name.Value, y.Name.Value);
    }
}
