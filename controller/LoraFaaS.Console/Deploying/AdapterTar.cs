using System.IO.Pipelines;
using System.Text;

namespace LoraFaaS.Console.Deploying;

/// <summary>
/// The files of a PEFT folder as one tar (POSIX.1-1988 ustar), made while it is sent: nothing of an upload lies on this machine. Owner, mode and time are
/// fixed, so that the same folder is the same tar.
/// </summary>
internal static class AdapterTar
{
    private const int Block = 512;
    private const int CopyBytes = 64 << 10;

    /// <summary>The files in order of their names. <paramref name="sent"/> is told how many bytes of them have gone.</summary>
    /// <param name="files">Name, bytes, and how to read them.</param>
    public static async Task WriteAsync(
        IReadOnlyList<(string Name, long Bytes, Func<Stream> Open)> files, PipeWriter writer, Action<long> sent, CancellationToken cancellationToken)
    {
        Exception? failure = null;

        try
        {
            var total = 0L;

            foreach (var (name, bytes, open) in files.OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                await writer.WriteAsync(Header(name, bytes), cancellationToken);

                await using (var content = open())
                {
                    total = await CopyAsync(content, writer, total, sent, cancellationToken);
                }

                await writer.WriteAsync(new byte[(Block - (bytes % Block)) % Block], cancellationToken);
            }

            await writer.WriteAsync(new byte[2 * Block], cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            failure = exception;
        }

        await writer.CompleteAsync(failure);
    }

    private static async Task<long> CopyAsync(Stream content, PipeWriter writer, long total, Action<long> sent, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await content.ReadAsync(writer.GetMemory(CopyBytes)[..CopyBytes], cancellationToken);

            if (read == 0)
            {
                return total;
            }

            writer.Advance(read);
            total += read;
            sent(total);

            if ((await writer.FlushAsync(cancellationToken)).IsCompleted)
            {
                // Whoever reads has seen enough to refuse it.
                throw new OperationCanceledException();
            }
        }
    }

    private static byte[] Header(string name, long bytes)
    {
        var header = new byte[Block];
        Encoding.ASCII.GetBytes(name.Length <= 100 ? name : name[^100..]).CopyTo(header, 0);
        Octal(0b110_100_100, 100, 8);
        Octal(0, 108, 8);
        Octal(0, 116, 8);
        Octal(bytes, 124, 12);
        Octal(0, 136, 12);
        header.AsSpan(148, 8).Fill((byte)' ');
        header[156] = (byte)'0';
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        Octal(header.Sum(value => (long)value), 148, 7);
        return header;

        void Octal(long value, int at, int width) =>
            Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(width - 1, '0') + "\0").CopyTo(header, at);
    }
}
