using System.Globalization;
using System.Text;

namespace LoraFaaS.Linux.Calls;

/// <summary>Text in another process's memory, for a log: it may have changed since the call that named it.</summary>
public static class ForeignText
{
    private const int MostBytes = 512;

    /// <summary>Null when it cannot be read.</summary>
    public static string? TryRead(int threadId, ulong address)
    {
        try
        {
            using var memory = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{threadId}/mem"));
            Span<byte> bytes = stackalloc byte[MostBytes];

            // Not beyond the page: the next one may not be mapped, and then nothing would be read at all.
            const int PageBytes = 4_096;
            var here = (int)Math.Min(MostBytes, PageBytes - (long)(address % PageBytes));
            var read = RandomAccess.Read(memory, bytes[..here], (long)address);
            var end = bytes[..read].IndexOf((byte)0);

            if (end < 0 && read == here && here < MostBytes)
            {
                read += RandomAccess.Read(memory, bytes[here..], (long)address + here);
                end = bytes[..read].IndexOf((byte)0);
            }

            return Encoding.UTF8.GetString(bytes[..(end < 0 ? read : end)]);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
