using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Safetensors;

/// <summary>A safetensors file that is already in memory: an adapter on its way through a push.</summary>
public sealed class SafetensorsBytes : TensorStore
{
    private readonly ReadOnlyMemory<byte> _content;

    private SafetensorsBytes(ReadOnlyMemory<byte> content, SafetensorsHeader header)
    {
        _content = content;
        Header = header;
    }

    public SafetensorsHeader Header { get; }

    public override IReadOnlyDictionary<string, TensorInfo> Tensors => Header.Tensors;

    public static Reading<SafetensorsBytes> Open(ReadOnlyMemory<byte> content) =>
        SafetensorsHeader.Parse(content.Span, content.Length) switch
        {
            Reading<SafetensorsHeader>.Accepted accepted => Reading.Accept(new SafetensorsBytes(content, accepted.Value)),
            Reading<SafetensorsHeader>.Refused refused => new Reading<SafetensorsBytes>.Refused(refused.Why),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    public ReadOnlySpan<byte> Span(TensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return _content.Span.Slice(checked((int)(Header.DataStart + tensor.Offset)), checked((int)tensor.ByteCount));
    }

    protected override void ReadCore(TensorInfo tensor, long offset, Span<byte> destination) =>
        Span(tensor).Slice((int)offset, destination.Length).CopyTo(destination);
}
