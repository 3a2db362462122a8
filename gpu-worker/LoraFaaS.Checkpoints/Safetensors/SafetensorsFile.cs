using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using LoraFaaS.Checkpoints.Outcomes;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Checkpoints.Safetensors;

/// <summary>A safetensors file on disk, or a byte range of a file that holds one (an adapter's canonical tar).</summary>
public sealed unsafe class SafetensorsFile : TensorStore
{
    private readonly SafeFileHandle _file;
    private readonly long _start;
    private readonly Lock _mapping = new();
    private MemoryMappedFile? _mapped;
    private MemoryMappedViewAccessor? _view;
    private byte* _pointer;

    private SafetensorsFile(string path, SafeFileHandle file, long start, SafetensorsHeader header)
    {
        Path = path;
        _file = file;
        _start = start;
        Header = header;
    }

    public string Path { get; }

    public SafetensorsHeader Header { get; }

    public override IReadOnlyDictionary<string, TensorInfo> Tensors => Header.Tensors;

    public static Reading<SafetensorsFile> Open(string path) => Open(path, 0, null);

    /// <param name="start">Where the safetensors content begins in the file.</param>
    /// <param name="length">How long it is; to the end of the file when null.</param>
    public static Reading<SafetensorsFile> Open(string path, long start, long? length) => Reading.Capture(System.IO.Path.GetFileName(path), () =>
    {
        var file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        try
        {
            var available = RandomAccess.GetLength(file) - start;
            if (start < 0 || (length ?? available) > available)
            {
                throw new RefusedException(System.IO.Path.GetFileName(path), "is cut short");
            }

            return new SafetensorsFile(path, file, start, ReadHeader(file, start, length ?? available));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    /// <summary>
    /// The tensor's bytes in a read-only mapping of the file, valid until disposal. Prefer <see cref="TensorStore.Read"/>
    /// for files that another party may truncate. A tensor beyond 2 GB is read in ranges instead.
    /// </summary>
    public ReadOnlySpan<byte> Map(TensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new ReadOnlySpan<byte>(Pointer() + PositionOf(tensor), checked((int)tensor.ByteCount));
    }

    /// <summary>Where the tensor's first byte is in the file.</summary>
    public long PositionOf(TensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return _start + Header.DataStart + tensor.Offset;
    }

    protected override void ReadCore(TensorInfo tensor, long offset, Span<byte> destination)
    {
        var position = PositionOf(tensor) + offset;
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(_file, destination, position);
            if (read == 0)
            {
                throw new EndOfStreamException($"The file was cut short while '{tensor.Name}' was read.");
            }

            destination = destination[read..];
            position += read;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_mapping)
            {
                Unmap();
                _file.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private static SafetensorsHeader ReadHeader(SafeFileHandle file, long start, long length)
    {
        Span<byte> lengthField = stackalloc byte[SafetensorsHeader.LengthBytes];
        var read = RandomAccess.Read(file, lengthField, start);
        var json = SafetensorsHeader.ParseLength(lengthField[..read], length).ValueOrThrow();

        var head = new byte[SafetensorsHeader.LengthBytes + json];
        var filled = 0;
        while (filled < head.Length)
        {
            var more = RandomAccess.Read(file, head.AsSpan(filled), start + filled);
            if (more == 0)
            {
                break;
            }

            filled += more;
        }

        return SafetensorsHeader.Parse(head.AsSpan(0, filled), length).ValueOrThrow();
    }

    private void Unmap()
    {
        if (_pointer is not null)
        {
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
            _pointer = null;
        }

        _view?.Dispose();
        _mapped?.Dispose();
    }

    private byte* Pointer()
    {
        lock (_mapping)
        {
            ObjectDisposedException.ThrowIf(_file.IsClosed, this);
            if (_pointer is null)
            {
                _mapped = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                _view = _mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
                Debug.Assert(_view.PointerOffset == 0, "A mapping of a whole file starts at its page.");
            }

            return _pointer;
        }
    }
}
