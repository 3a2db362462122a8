namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>What a 64-byte line of 16 rows holds.</summary>
internal unsafe interface IWeightLine
{
    /// <summary>Bytes of float32 input that a line meets.</summary>
    static abstract int InputBytes { get; }

    /// <summary>sums += line × input, column by column.</summary>
    static abstract void Add<TPanels, TTokens>(ref TTokens sums, byte* weights, nint panelStride, byte* input, nint inputStride)
        where TPanels : struct, IPanels<TPanels>
        where TTokens : struct, ITokens<TPanels>;
}
