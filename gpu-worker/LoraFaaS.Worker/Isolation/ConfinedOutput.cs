using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// What a confined process prints, as lines of the worker's log. Long lines are cut and floods are counted instead of kept: neither the
/// worker's memory nor its log's disk is a tenant's to fill.
/// </summary>
internal sealed partial class ConfinedOutput
{
    private const int MaxLineBytes = 8 << 10;
    private const int LinesEachPeriod = 200;
    private const long BytesEachPeriod = 1 << 20;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FloodPause = TimeSpan.FromMilliseconds(10);

    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private long _periodBegan;
    private int _lines;
    private long _bytes;
    private readonly ConfinedOwner _owner;
    private Action<string>? _listener;

    public ConfinedOutput(string name, ConfinedOwner owner, Process process, TimeProvider time, ILogger logger)
    {
        _owner = owner;
        _name = name;
        _time = time;
        _logger = logger;
        _periodBegan = time.GetTimestamp();
        Ended = Task.WhenAll(ReadAsync(process.StandardOutput.BaseStream), ReadAsync(process.StandardError.BaseStream));
    }

    public Task Ended { get; }

    /// <summary>Who is told each line in place of the log; null: nobody.</summary>
    public Action<string>? Listener
    {
        get => Volatile.Read(ref _listener);
        set => Volatile.Write(ref _listener, value);
    }

    private async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[64 << 10];
        var line = new byte[MaxLineBytes];
        var length = 0;

        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var read)
            {
                length = Take(buffer.AsSpan(0, read), line, length);

                if (IsFlooding(read))
                {
                    // Its pipe fills, and it waits: reading is the worker's time, and is not to be had without end.
                    await Task.Delay(FloodPause, _time);
                }
            }
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException)
        {
            // The process is gone, and what it had to say with it.
        }

        Say(line.AsSpan(0, length));
    }

    /// <summary>Says the lines that end in these bytes. Returns how much of the one after them is kept.</summary>
    private int Take(ReadOnlySpan<byte> bytes, byte[] line, int length)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            length = Append(bytes[..end], line, length);
            Say(line.AsSpan(0, length));
            length = 0;
            bytes = bytes[(end + 1)..];
        }

        return Append(bytes, line, length);
    }

    private static int Append(ReadOnlySpan<byte> bytes, byte[] line, int length)
    {
        var kept = bytes[..Math.Min(bytes.Length, MaxLineBytes - length)];
        kept.CopyTo(line.AsSpan(length));
        return length + kept.Length;
    }

    private bool IsFlooding(int read)
    {
        lock (_gate)
        {
            Roll();
            _bytes += read;
            return _bytes > BytesEachPeriod;
        }
    }

    private void Roll()
    {
        if (_time.GetElapsedTime(_periodBegan) > Period)
        {
            (_periodBegan, _lines, _bytes) = (_time.GetTimestamp(), 0, 0);
        }
    }

    private void Say(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return;
        }

        if (Listener is { } listener)
        {
            listener(Encoding.UTF8.GetString(line));
            return;
        }

        int count;

        lock (_gate)
        {
            Roll();
            count = ++_lines;
        }

        if (count <= LinesEachPeriod)
        {
            LogSaid(_name, _owner.ToString(), OneLine.Of(Encoding.UTF8.GetString(line)));
        }
        else if (count == LinesEachPeriod + 1)
        {
            LogFlood(_name, _owner.ToString(), LinesEachPeriod, Period);
        }
    }

    [LoggerMessage(3201, LogLevel.Information, "{Process} of {Owner}: {Line}")]
    private partial void LogSaid(string process, string owner, string line);

    [LoggerMessage(3203, LogLevel.Warning, "{Process} of {Owner} printed more than {Lines} lines within {Period}; the rest of them is dropped")]
    private partial void LogFlood(string process, string owner, int lines, TimeSpan period);
}
