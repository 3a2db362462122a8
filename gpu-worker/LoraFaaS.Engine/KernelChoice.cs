namespace LoraFaaS.Engine;

/// <summary>
/// The kernel forms there are. Those that compute in float32 give the same bits as one another, and so do the two that multiply pairs of
/// bf16; between these families a choice changes the last digits, within a family speed alone.
/// </summary>
public enum KernelChoice
{
    /// <summary>The fastest that the CPU runs.</summary>
    Auto = 0,

    Scalar = 1,
    Avx2 = 2,
    Avx512 = 3,

    /// <summary>The fastest of those that compute in float32.</summary>
    Exact = 4,

    /// <summary>vdpbf16ps on bf16 weights.</summary>
    Avx512BF16 = 5,

    /// <summary>The same arithmetic as <see cref="Avx512BF16"/>, for any CPU, slowly.</summary>
    ScalarBF16 = 6,
}
