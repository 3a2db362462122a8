using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Models;

/// <summary>Activations of the largest step, in one device allocation made once. A smaller step uses the first rows.</summary>
internal sealed class StepBuffers : IDisposable
{
    private readonly DeviceMemory _memory;

    public StepBuffers(IComputeBackend backend, BackboneShape shape, AttentionShape attention, EngineOptions options)
    {
        var tokens = options.MaxStepTokens;
        var upColumn = PanelLayout.RoundUp(shape.Intermediate);
        ReadOnlySpan<(int Rows, int Columns)> sizes =
        [
            (tokens, shape.Hidden), (tokens, shape.Hidden), (tokens, shape.Hidden),
            (tokens, attention.Columns), (tokens, shape.QueryColumns),
            (tokens, 2 * upColumn), (tokens, shape.Intermediate),
            (tokens, shape.HeadDim / 2), (tokens, shape.HeadDim / 2),
            (options.MaxSequences, shape.Hidden),
        ];

        var bytes = 0L;
        foreach (var (rows, columns) in sizes)
        {
            bytes += BytesOf(rows, columns);
        }

        _memory = backend.Allocate(bytes);
        var address = _memory.Address;
        Residual = Take(ref address, sizes[0]);
        Normed = Take(ref address, sizes[1]);
        Delta = Take(ref address, sizes[2]);
        Qkv = Take(ref address, sizes[3]);
        Attended = Take(ref address, sizes[4]);
        GateUp = Take(ref address, sizes[5]);
        Gated = Take(ref address, sizes[6]);
        Cos = Take(ref address, sizes[7]);
        Sin = Take(ref address, sizes[8]);
        Wanted = Take(ref address, sizes[9]);
    }

    public Activations Residual { get; }

    public Activations Normed { get; }

    public Activations Delta { get; }

    public Activations Qkv { get; }

    public Activations Attended { get; }

    public Activations GateUp { get; }

    public Activations Gated { get; }

    public Activations Cos { get; }

    public Activations Sin { get; }

    public Activations Wanted { get; }

    /// <summary>Has memory for the first rows of each, which is all that a short prompt writes to.</summary>
    public void Touch(int tokens)
    {
        foreach (var buffer in (ReadOnlySpan<Activations>)[Residual, Normed, Delta, Qkv, Attended, GateUp, Gated, Cos, Sin, Wanted])
        {
            _memory.Touch(buffer.Address - _memory.Address, BytesOf(Math.Min(tokens, buffer.Rows), buffer.Columns));
        }
    }

    public void Dispose() => _memory.Dispose();

    private static long BytesOf(int rows, int columns) => (long)rows * Activations.StrideFor(columns) * sizeof(float);

    private static Activations Take(ref nint address, (int Rows, int Columns) size)
    {
        var taken = new Activations(address, size.Rows, size.Columns, Activations.StrideFor(size.Columns));
        address += (nint)BytesOf(size.Rows, size.Columns);
        return taken;
    }
}
