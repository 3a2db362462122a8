using System.Text;

namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// Lines from a stream that a stranger writes: whatever it sends, no more than one line's length is held. A longer line is cut, and the rest of it
/// passed over.
/// </summary>
internal static class BoundedLines
{
    private const int BufferBytes = 4_096;

    public static async Task ReadAsync(Stream stream, int longest, Action<string> line)
    {
        var buffer = new byte[BufferBytes];
        var current = new List<byte>(256);

        while (await stream.ReadAsync(buffer) is > 0 and var count)
        {
            foreach (var b in buffer.AsMemory(0, count).ToArray())
            {
                if (b == (byte)'\n')
                {
                    Say(current, line);
                }
                else if (current.Count < longest)
                {
                    current.Add(b);
                }
            }
        }

        Say(current, line);
    }

    private static void Say(List<byte> bytes, Action<string> line)
    {
        if (bytes.Count > 0)
        {
            line(Encoding.UTF8.GetString([.. bytes]).TrimEnd('\r'));
            bytes.Clear();
        }
    }
}
