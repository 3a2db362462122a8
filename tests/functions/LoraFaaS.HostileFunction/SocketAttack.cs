using LoraFaaS.Attacks.Network;

namespace LoraFaaS.HostileFunction;

/// <summary>
/// What a function's code may write on the one socket of its process, past everything the handler program does. Bytes of frames stand here as they are on
/// the wire: four of length, then the message of FromHandler.
/// </summary>
internal static class SocketAttack
{
    public static Action<byte[]>? Find(string path) => path switch
    {
        // done { invocation: 77 }: the end of an invocation that is not there to end.
        "/forge" => _ => RawSocket.TryWrite([0, 0, 0, 4, 0x2a, 2, 8, 77]),

        // opened { load_ms: NaN }: a time that is none.
        "/no-time" => _ => RawSocket.TryWrite([0, 0, 0, 11, 0x0a, 9, 9, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]),

        // reply_head { invocation: 1 }: the head of an answer with nothing in it.
        "/no-head" => _ => RawSocket.TryWrite([0, 0, 0, 4, 0x1a, 2, 8, 1]),

        // Bytes that are no message.
        "/garbage" => _ => RawSocket.TryWrite([0, 0, 0, 3, 0xff, 0xff, 0xff]),

        // A length of two gigabytes, and nothing behind it.
        "/too-long" => _ => RawSocket.TryWrite([0x7f, 0xff, 0xff, 0xff]),

        // One descriptor that nobody asked for; more than are taken at once.
        "/descriptor" => _ => RawSocket.TryPass([0, 0, 0, 0], descriptor: 1, times: 1),
        "/descriptors" => _ => RawSocket.TryPass([0, 0, 0, 0], descriptor: 1, times: 64),

        // Lines for its log, without a pause; the body says how many.
        "/lines" => body => Repeat([0, 0, 0, 5, 0x52, 3, 0x0a, 1, (byte)'x'], ReadCount(body)),

        // generation_credit { invocation: 1, generation: 1, credits: 1 }: of an invocation that is long over.
        "/credits" => body => Repeat([0, 0, 0, 8, 0x42, 6, 8, 1, 16, 1, 24, 1], ReadCount(body)),

        // ask { invocation: 1, generation: 1 }, of which only the first can be meant: each is answered, and nobody here reads any more.
        "/deaf" => body =>
        {
            RawSocket.StopReading();

            for (var asks = ReadCount(body); asks > 0; asks--)
            {
                RawSocket.TryWrite([0, 0, 0, 6, 0x3a, 4, 8, 1, 16, 1]);
            }

            Thread.Sleep(Timeout.Infinite);
        },
        _ => null,
    };

    private static int ReadCount(byte[] body) => int.Parse(body, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whole frames only: what the handler program writes beside it must not fall into the middle of one.</summary>
    private static void Repeat(ReadOnlySpan<byte> frame, int times)
    {
        var many = new byte[frame.Length * 512];

        for (var i = 0; i < 512; i++)
        {
            frame.CopyTo(many.AsSpan(i * frame.Length));
        }

        for (var sent = 0; sent < times; sent += 512)
        {
            if (!RawSocket.TryWrite(many))
            {
                return;
            }
        }
    }
}
