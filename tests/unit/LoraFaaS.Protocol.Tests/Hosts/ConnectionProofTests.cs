using System.Net.Sockets;
using System.Security.Cryptography;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Protocol.Tests.Hosts;

/// <summary>Attacks at the wire: whoever listens where a host did, passes on, repeats or only connects.</summary>
public sealed class ConnectionProofTests
{
    private static readonly InternalToken Token = new("0123456789abcdef0123456789abcdef");
    private static readonly InternalToken Other = new("fedcba9876543210fedcba9876543210");

    [Fact]
    public async Task Both_ends_of_a_connection_are_proven_before_its_first_request()
    {
        await using var host = await ProvenHost.StartAsync(Token);
        using var known = Caller(Token);
        using var plain = new HttpClient();

        Assert.Equal("proven", await known.GetStringAsync(host.Url));
        Assert.Equal("proven", await known.GetStringAsync(host.Url));
        Assert.Equal("unproven", await plain.GetStringAsync(host.Url));
    }

    [Fact]
    public async Task Who_knows_another_token_says_and_hears_nothing()
    {
        await using var host = await ProvenHost.StartAsync(Token);
        using var stranger = Caller(Other);

        await IsRefusedAsync(stranger, host.Url);
        Assert.Equal(0, host.Asked);
    }

    [Fact]
    public async Task Who_holds_a_hosts_port_hears_a_hello_and_nothing_else()
    {
        foreach (var answer in (byte[][])[RandomNumberGenerator.GetBytes(64), new byte[64], "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Long-Enough: for a whole reply of 64\r\n\r\nok"u8.ToArray(), []])
        {
            using var impostor = new Eavesdropper(async (caller, self) =>
            {
                var hello = new byte[ConnectionProof.HelloBytes];
                await caller.ReadExactlyAsync(hello);
                self.Heard(hello);
                await caller.WriteAsync(answer);
                ((NetworkStream)caller).Socket.Shutdown(SocketShutdown.Send);
                await self.HearAsync(caller);
            });
            using var caller = Caller(Token);

            await IsRefusedAsync(caller, impostor.Url);
            Assert.Equal(ConnectionProof.HelloBytes, (await Patience.ForAsync(impostor.Done)).Length);
        }
    }

    [Fact]
    public async Task Who_sends_a_callers_own_words_back_proves_nothing()
    {
        using var mirror = new Eavesdropper(async (caller, self) =>
        {
            var hello = new byte[ConnectionProof.HelloBytes];
            await caller.ReadExactlyAsync(hello);
            self.Heard(hello);
            var nonce = hello[ConnectionProof.Magic.Length..];
            await caller.WriteAsync((byte[])[.. nonce, .. nonce]);
            await self.HearAsync(caller);
        });
        using var caller = Caller(Token);

        await IsRefusedAsync(caller, mirror.Url);
        Assert.Equal(ConnectionProof.HelloBytes, (await Patience.ForAsync(mirror.Done)).Length);
    }

    [Fact]
    public async Task Who_accepts_and_says_nothing_is_not_waited_for_for_ever()
    {
        var clock = new FakeTimeProvider();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var silent = new Eavesdropper(async (caller, self) =>
        {
            await caller.ReadExactlyAsync(new byte[ConnectionProof.HelloBytes]);
            heard.SetResult();
            await self.HearAsync(caller);
        });
        using var caller = Caller(Token, clock);
        var refusal = IsRefusedAsync(caller, silent.Url);

        await Patience.ForAsync(heard.Task);
        clock.Advance(Patience.Limit);

        await Patience.ForAsync(refusal);
        Assert.Empty(await Patience.ForAsync(silent.Done));
    }

    [Fact]
    public async Task Who_passes_on_to_a_real_host_is_not_believed()
    {
        await using var host = await ProvenHost.StartAsync(Token);
        using var relay = Relay(host);
        using var caller = Caller(Token);

        await IsRefusedAsync(caller, relay.Url);
        Assert.Equal(ConnectionProof.HelloBytes, (await Patience.ForAsync(relay.Done)).Length);
        Assert.Equal(0, host.Asked);
    }

    [Fact]
    public async Task What_was_said_on_one_connection_opens_no_other()
    {
        // The host takes the relay's address for its own here, so that a whole good conversation can be overheard.
        var address = new TaskCompletionSource<string>();
        await using var host = await ProvenHost.StartAsync(Token, address.Task);
        using var relay = Relay(host);
        address.SetResult(relay.Authority);
        byte[] heard;

        using (var caller = Caller(Token))
        {
            Assert.Equal("proven", await caller.GetStringAsync(relay.Url));
        }

        heard = await Patience.ForAsync(relay.Done);
        Assert.True(heard.Length > ConnectionProof.HelloBytes + ConnectionProof.MacBytes);
        Assert.Equal(1, host.Asked);

        using var again = new TcpClient();
        await again.ConnectAsync(host.Url.Host, host.Url.Port);
        await again.GetStream().WriteAsync(heard);
        var said = await ToEndAsync(again);

        Assert.Equal(ConnectionProof.ReplyBytes, said);
        Assert.Equal(1, host.Asked);
    }

    [Fact]
    public async Task A_server_that_stops_does_not_wait_for_who_has_not_begun()
    {
        await using var host = await ProvenHost.StartAsync(Token);
        using var idle = new TcpClient();
        await idle.ConnectAsync(host.Url.Host, host.Url.Port);
        using var begun = new TcpClient();
        await begun.ConnectAsync(host.Url.Host, host.Url.Port);
        var hello = new byte[ConnectionProof.HelloBytes];
        ConnectionProof.WriteHello(hello);
        await begun.GetStream().WriteAsync(hello);
        await begun.GetStream().ReadExactlyAsync(new byte[ConnectionProof.ReplyBytes]);

        await Patience.ForAsync(host.StopAsync());
    }

    private static Eavesdropper Relay(ProvenHost host) => new(async (caller, self) =>
    {
        using var onwards = new TcpClient();
        await onwards.ConnectAsync(host.Url.Host, host.Url.Port);
        var back = onwards.GetStream().CopyToAsync(caller);
        await self.HearAsync(caller, onwards.GetStream());
        onwards.Client.Shutdown(SocketShutdown.Send);
        await back.ContinueWith(_ => { }, TaskScheduler.Default);
    });

    private static HttpClient Caller(InternalToken token, TimeProvider? time = null) =>
        new(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = (context, cancellationToken) => new ProvenDialer(token, Patience.Limit, Patience.Limit, time ?? TimeProvider.System)
                .DialAsync(context.DnsEndPoint, context.InitialRequestMessage.RequestUri!.Authority, null, cancellationToken),
        });

    private static async Task IsRefusedAsync(HttpClient caller, Uri url) =>
        Assert.IsType<UnprovenPeerException>((await Assert.ThrowsAsync<HttpRequestException>(() => caller.GetAsync(url))).InnerException);

    /// <summary>How many bytes came until the other side closed or reset the connection.</summary>
    private static async Task<int> ToEndAsync(TcpClient client)
    {
        var (count, buffer) = (0, new byte[4096]);

        try
        {
            while (await client.GetStream().ReadAsync(buffer) is > 0 and var read)
            {
                count += read;
            }
        }
        catch (IOException)
        {
            // Reset, since it closed without reading everything that was sent.
        }

        return count;
    }
}
