namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>The outputs of some tokens over some panels: a tile's accumulators.</summary>
internal unsafe interface ITokens<TPanels>
    where TPanels : struct, IPanels<TPanels>
{
    static abstract int Count { get; }

    /// <summary>Tokens' outputs are a stride of elements apart.</summary>
    void Load(float* at, nint stride);

    void Store(float* at, nint stride);

    /// <summary>this += weights × input, one number a token; tokens' numbers are a stride of bytes apart.</summary>
    void Add(TPanels weights, byte* input, nint stride);
}
