namespace LoraFaaS.Engine;

/// <summary>The kernel forms there are. Each gives the same bits, so a choice changes speed alone.</summary>
public enum KernelChoice
{
    Auto = 0,
    Scalar = 1,
    Avx2 = 2,
    Avx512 = 3,
}
