namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>Panels side by side in registers: a line of weights of each, or one token's outputs over all of them.</summary>
internal unsafe interface IPanels<TSelf>
    where TSelf : struct, IPanels<TSelf>
{
    static abstract int Count { get; }

    /// <summary>Outputs, 16 for each panel, next to one another.</summary>
    static abstract TSelf Load(float* at);

    /// <summary>A column of each panel's line; lines of neighbours are a stride of bytes apart.</summary>
    static abstract TSelf LoadWeights<TColumn>(byte* line, nint stride)
        where TColumn : struct, IColumn;

    /// <summary>Asks for lines that will be needed.</summary>
    static abstract void Prefetch(byte* line, nint stride);

    void Store(float* at);

    /// <summary>this += weights × input, where the input is one number.</summary>
    void Add(TSelf weights, float* input);
}
