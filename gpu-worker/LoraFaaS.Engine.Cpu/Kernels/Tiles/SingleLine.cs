namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>One float32 column of 16 rows.</summary>
internal readonly struct SingleLine : IWeightLine
{
    public static bool IsPair => false;

    public static nint InputBytes => sizeof(float);
}
