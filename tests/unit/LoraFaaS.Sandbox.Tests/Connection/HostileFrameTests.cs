using System.Buffers.Binary;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Connection;

[Collection(DemoTests.Name)]
public sealed class HostileFrameTests(DemoWorld demo)
{
    public static TheoryData<string> BadFrames => new("too-large", "garbage", "empty", "second-open", "adapter-without-descriptor", "generate-without-request", "negative-credit");

    [Theory]
    [MemberData(nameof(BadFrames))]
    public async Task A_frame_that_is_none_or_out_of_place_ends_an_opened_sandbox_with_a_name(string kind)
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        await sandbox.Worker.SendRawAsync(Bytes(kind));

        Assert.Equal(SandboxExit.ProtocolError, await Patience.ForAsync(sandbox.Exit));
        Assert.Contains("\"level\":\"Error\"", sandbox.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("too-large")]
    [InlineData("garbage")]
    [InlineData("empty")]
    [InlineData("open-without-descriptor")]
    [InlineData("generate-without-request")]
    public async Task A_first_frame_that_is_no_open_is_refused(string kind)
    {
        await using var sandbox = await InProcessSandbox.StartAsync();
        await sandbox.Worker.SendRawAsync(Bytes(kind));

        Assert.NotNull((await sandbox.Worker.NextAsync()).OpenFailed);
        Assert.Equal(SandboxExit.ProtocolError, await Patience.ForAsync(sandbox.Exit));
    }

    [Fact]
    public async Task Random_bytes_end_it_and_never_hang_it()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            await using var sandbox = await InProcessSandbox.StartAsync();
            var bytes = new byte[random.Next(1, 600)];
            random.NextBytes(bytes);

            // Half of them with a believable length, so that the message parser has its share.
            if (seed % 2 == 0)
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(0, Math.Min(4, bytes.Length)) is { Length: 4 } head ? head : new byte[4], (uint)Math.Max(0, bytes.Length - 4));
            }

            await sandbox.Worker.SendRawAsync(bytes);
            await sandbox.Worker.DisposeAsync();
            Assert.Contains(await Patience.ForAsync(sandbox.Exit), new[] { SandboxExit.ProtocolError, SandboxExit.Done });
        }
    }

    [Fact]
    public async Task Mutated_frames_to_an_opened_sandbox_never_hang_it_nor_break_its_pages()
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new Random(seed);
            await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);

            for (var i = 0; i < 40 && !sandbox.Exit.IsCompleted; i++)
            {
                await TrySendAsync(sandbox, Mutated(random));
            }

            await sandbox.Worker.DisposeAsync();
            Assert.Contains(await Patience.ForAsync(sandbox.Exit), new[] { SandboxExit.ProtocolError, SandboxExit.Done });
        }
    }

    private static async Task TrySendAsync(InProcessSandbox sandbox, byte[] bytes)
    {
        try
        {
            await sandbox.Worker.SendRawAsync(bytes);
        }
        catch (Exception closed) when (closed is IOException or System.Net.Sockets.SocketException)
        {
            // It has cut us off, as it may.
        }
    }

    /// <summary>A sound frame with a few bytes of its payload changed; its length stays true, so the parser always sees a whole message.</summary>
    private static byte[] Mutated(Random random)
    {
        using var frame = PooledFrame.Encode(new ToSandbox
        {
            Generate = new Generate
            {
                Sequence = (ulong)random.Next(5),
                Credits = 4,
                Request = Requests.Tokens("", [1, 2, 3], r => (r.Sampling.MaxTokens, r.Sampling.Temperature) = (3, 1)),
            },
        });

        var bytes = frame.Bytes.ToArray();

        for (var i = random.Next(4); i > 0; i--)
        {
            bytes[random.Next(FrameLimits.HeaderBytes, bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static ReadOnlyMemory<byte> Bytes(string kind) => kind switch
    {
        "too-large" => new byte[] { 0xFF, 0xFF, 0xFF, 0xFF },
        "garbage" => new byte[] { 0, 0, 0, 3, 0xFF, 0xFF, 0xFF },
        "empty" => new byte[4],
        "second-open" or "open-without-descriptor" => Frame(new ToSandbox { Open = new Open() }),
        "adapter-without-descriptor" => Frame(new ToSandbox { LoadAdapter = new LoadAdapter { AdapterDigest = "sha256:x" } }),
        "generate-without-request" => Frame(new ToSandbox { Generate = new Generate { Sequence = 1 } }),
        "negative-credit" => Frame(new ToSandbox { Credit = new Credit { Sequence = 1, Credits = -5 } }),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static byte[] Frame(ToSandbox message)
    {
        using var frame = PooledFrame.Encode(message);
        return frame.Bytes.ToArray();
    }
}
