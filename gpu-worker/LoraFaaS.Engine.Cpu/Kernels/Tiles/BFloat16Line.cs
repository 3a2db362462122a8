namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>Two bf16 columns of 16 rows.</summary>
internal readonly struct BFloat16Line : IWeightLine
{
    public static bool IsPair => true;

    public static nint InputBytes => 2 * sizeof(float);
}
