using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Models;

/// <summary>Logits of a step, one float32 row a slice that wanted them, or of more tokens of one slice. Filled by a step, read until the next.</summary>
public sealed class LogitsBuffer : IDisposable
{
    private readonly DeviceMemory _memory;
    private readonly int[] _rowOf;

    internal LogitsBuffer(DeviceMemory memory, int rows, int vocabulary, int stride)
    {
        _memory = memory;
        _rowOf = new int[rows];
        Vocabulary = vocabulary;
        Rows = new Activations(memory.Address, rows, vocabulary, stride);
    }

    public int Vocabulary { get; }

    /// <summary>Most rows.</summary>
    public int Count => _rowOf.Length;

    internal Activations Rows { get; }

    /// <summary>The logits of the step's slice of that place. The caller may change them: penalties and masks are applied in place.</summary>
    public unsafe Span<float> Row(int slice)
    {
        ObjectDisposedException.ThrowIf(_memory.Address == 0, this);
        var row = _rowOf[slice];
        ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(slice));
        return new Span<float>((float*)Rows.Address + (long)row * Rows.Stride, Vocabulary);
    }

    public void Dispose() => _memory.Dispose();

    internal void Forget() => Array.Fill(_rowOf, -1);

    internal void Assign(int slice, int row) => _rowOf[slice] = row;
}
