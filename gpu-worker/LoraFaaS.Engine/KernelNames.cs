using System.Collections.Frozen;

namespace LoraFaaS.Engine;

/// <summary>Kernel choices by the names that settings and reports use.</summary>
public static class KernelNames
{
    private static readonly FrozenDictionary<string, KernelChoice> Choices = new Dictionary<string, KernelChoice>
    {
        ["auto"] = KernelChoice.Auto,
        ["exact"] = KernelChoice.Exact,
        ["avx512-bf16"] = KernelChoice.Avx512BF16,
        ["avx512"] = KernelChoice.Avx512,
        ["avx2"] = KernelChoice.Avx2,
        ["scalar"] = KernelChoice.Scalar,
        ["scalar-bf16"] = KernelChoice.ScalarBF16,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string Of(KernelChoice choice) => Choices.First(pair => pair.Value == choice).Key;

    public static IEnumerable<string> All => Choices.Keys.Order(StringComparer.Ordinal);

    /// <summary>Of a resolved choice: sets of one family give the same bits, see <see cref="KernelChoice"/>.</summary>
    public static string FamilyOf(KernelChoice choice) => choice is KernelChoice.Avx512BF16 or KernelChoice.ScalarBF16 ? "bf16" : "float32";

    /// <summary>Nothing said is automatic; null is a name there is not.</summary>
    public static KernelChoice? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length == 0 ? KernelChoice.Auto : Choices.TryGetValue(name, out var choice) ? choice : null;
    }
}
