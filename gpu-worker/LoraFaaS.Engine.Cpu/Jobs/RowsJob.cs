using LoraFaaS.Engine.Cpu.Threads;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>Work that goes row by row. Few rows stay one chunk: they are done before another thread would have begun.</summary>
internal abstract class RowsJob : ParallelJob
{
    /// <summary>Elements that are worth a chunk of their own: a few microseconds.</summary>
    private const int ChunkElements = 16 << 10;

    private int _rows;
    private int _rowsPerChunk;

    public sealed override void Run(int chunk, int thread)
    {
        var first = chunk * _rowsPerChunk;
        RunRows(first, Math.Min(first + _rowsPerChunk, _rows));
    }

    protected abstract void RunRows(int first, int end);

    protected void Cut(int rows, int elementsPerRow)
    {
        _rows = rows;
        _rowsPerChunk = Math.Max(1, ChunkElements / elementsPerRow);
        Chunks = (rows + _rowsPerChunk - 1) / _rowsPerChunk;
    }
}
