using System.Buffers;

namespace LoraFaaS.ServiceDefaults.Logging;

/// <summary>
/// Lines of all threads on their way to one stream, in the order in which they came. One thread writes them, in pieces as large as have gathered: a line waits a few milliseconds for company, an
/// urgent one does not. Full means that nobody reads the stream: lines are dropped then, and counted in a line of their own, since a reader that stops reading must not stop an invocation.
/// </summary>
internal sealed class LineOutlet : IDisposable
{
    /// <summary>Bytes that wait to be written.</summary>
    public const int Capacity = 8 << 20;

    /// <summary>A buffer that a burst made larger is not kept.</summary>
    private const int MostKept = 256 << 10;

    private const int FirstCapacity = 16 << 10;

    private static readonly TimeSpan Company = TimeSpan.FromMilliseconds(5);

    /// <summary>Whoever ends waits so long for a stream that nobody reads.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _something = new(false);
    private readonly ManualResetEventSlim _hurry = new(initialState: false, spinCount: 0);
    private readonly Stream _target;
    private readonly Func<long, ReadOnlyMemory<byte>> _tellDropped;
    private readonly Thread _thread;
    private ArrayBufferWriter<byte> _filling = new(FirstCapacity);
    private ArrayBufferWriter<byte> _writing = new(FirstCapacity);
    private long _dropped;
    private bool _ended;

    /// <param name="target">Written by one thread alone; not disposed.</param>
    /// <param name="tellDropped">The line that says how many were dropped.</param>
    public LineOutlet(Stream target, Func<long, ReadOnlyMemory<byte>> tellDropped)
    {
        (_target, _tellDropped) = (target, tellDropped);
        _thread = new Thread(WriteAll) { Name = "log", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Never waits. Any thread.</summary>
    /// <param name="line">With its end.</param>
    /// <param name="isUrgent">It may be the last before the process ends.</param>
    public void Add(ReadOnlySpan<byte> line, bool isUrgent)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            if (_filling.WrittenCount + line.Length > Capacity)
            {
                _dropped++;
                return;
            }

            var isFirst = _filling.WrittenCount == 0;
            _filling.Write(line);

            // Under the lock: once it has ended nobody wakes a thread that is gone.
            if (isUrgent)
            {
                _hurry.Set();
            }

            if (isFirst)
            {
                _something.Set();
            }
        }
    }

    /// <summary>What has come by now is written, unless nobody reads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
        }

        _hurry.Set();
        _something.Set();

        if (_thread.Join(LastWords))
        {
            _something.Dispose();
            _hurry.Dispose();
        }
    }

    private void WriteAll()
    {
        bool goesOn;

        do
        {
            _something.WaitOne();
            _hurry.Wait(Company);
            goesOn = Swap();

            try
            {
                _target.Write(_writing.WrittenSpan);
                _target.Flush();
            }
            catch (IOException)
            {
                // Nobody is there to read it; there may be somebody for the next.
            }
        }
        while (goesOn);
    }

    /// <summary>False: it is the last.</summary>
    private bool Swap()
    {
        lock (_gate)
        {
            _hurry.Reset();

            if (_dropped > 0)
            {
                _filling.Write(_tellDropped(_dropped).Span);
                _dropped = 0;
            }

            var written = _writing.Capacity > MostKept ? new(FirstCapacity) : _writing;
            written.ResetWrittenCount();
            (_filling, _writing) = (written, _filling);
            return !_ended;
        }
    }
}
