using System.Security.Cryptography;

namespace LoraFaaS.Engine.Weights;

/// <summary>SHA-256 of a file whose pieces come from several threads, each when it is done with one: they take turns in the file's order.</summary>
internal sealed class OrderedHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly object _turn = new();
    private long _position;
    private bool _isGivenUp;

    /// <summary>Waits for whoever has the bytes before these.</summary>
    public void Append(long position, ReadOnlySpan<byte> bytes)
    {
        lock (_turn)
        {
            while (_position != position && !_isGivenUp)
            {
                Monitor.Wait(_turn);
            }

            if (_isGivenUp)
            {
                return;
            }
        }

        // Nobody else has this turn, so that those who wait need not be held up at the door while it is counted.
        _hash.AppendData(bytes);

        lock (_turn)
        {
            _position += bytes.Length;
            Monitor.PulseAll(_turn);
        }
    }

    /// <summary>Somebody will not come with what it has: nobody waits any more.</summary>
    public void GiveUp()
    {
        lock (_turn)
        {
            _isGivenUp = true;
            Monitor.PulseAll(_turn);
        }
    }

    public byte[] Take() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();
}
