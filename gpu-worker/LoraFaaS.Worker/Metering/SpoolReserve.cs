using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Files;
using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Metering;

/// <summary>
/// The disk space that the spool's file has behind its end, and who is promised which part of it: what runs is sure of its report's place before it begins.
/// The spool's loop extends it; anybody may take a place.
/// </summary>
internal sealed class SpoolReserve(ByteSize segment)
{
    private readonly Lock _gate = new();
    private long _end;
    private long _written;
    private long _promised;
    private bool _isUnknown;

    /// <summary>Less than half is left: more is to be had before it is needed.</summary>
    public bool IsLow
    {
        get
        {
            lock (_gate)
            {
                return !_isUnknown && Left < segment.Bytes / 2;
            }
        }
    }

    /// <summary>False: nothing so large is left.</summary>
    public bool TryPromise(int bytes)
    {
        lock (_gate)
        {
            if (!_isUnknown && Left < bytes)
            {
                return false;
            }

            _promised += bytes;
            return true;
        }
    }

    public void Return(int bytes)
    {
        lock (_gate)
        {
            _promised -= bytes;
        }
    }

    /// <summary>The file is so long now.</summary>
    public void Written(long length)
    {
        lock (_gate)
        {
            _written = length;
        }
    }

    /// <summary>The file was cut to this length or is another one: what it had behind its end is gone.</summary>
    public void Lost(long length)
    {
        lock (_gate)
        {
            (_written, _end) = (length, length);
        }
    }

    /// <summary>
    /// Space for a whole segment and at least so many bytes behind what is promised. On a file system that cannot promise any, every place is granted, and a
    /// full disk is met where it is written to.
    /// </summary>
    public Errno Extend(SafeFileHandle file, int bytes)
    {
        long from;
        long to;

        lock (_gate)
        {
            from = _written;
            to = _written + _promised + Math.Max(segment.Bytes, bytes);
        }

        var errno = to > from ? FileSpace.Reserve(file, from, to - from) : Errno.None;

        lock (_gate)
        {
            _isUnknown = errno is Errno.NotSupported or Errno.NotImplemented;
            _end = errno is Errno.None ? Math.Max(_end, to) : _end;
        }

        return errno;
    }

    /// <summary>Goes over to a file of this length that is about to take the other's place, with room for all that is promised.</summary>
    /// <exception cref="IOException">The disk has no room for it, or it could not take the place: all is as it was.</exception>
    public void Move(SafeFileHandle next, long length, Action takePlace)
    {
        lock (_gate)
        {
            var end = length + _promised + segment.Bytes;
            var errno = end > length ? FileSpace.Reserve(next, length, end - length) : Errno.None;

            if (errno is not (Errno.None or Errno.NotSupported or Errno.NotImplemented))
            {
                throw new LinuxException("fallocate", errno);
            }

            takePlace();
            (_written, _end) = (length, end);
        }
    }

    private long Left => _end - _written - _promised;
}
