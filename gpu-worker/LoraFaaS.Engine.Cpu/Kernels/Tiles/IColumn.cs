namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>A column of weights, as a line of a panel holds it.</summary>
internal unsafe interface IColumn
{
    static abstract TRows Load<TRows>(byte* line)
        where TRows : struct, IRows<TRows>;
}
