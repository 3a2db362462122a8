using Google.Protobuf;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Tests.Invocations;

public sealed class InvocationReaderTests
{
    public static TheoryData<string, Action<GenerateRequest>> Faults => new()
    {
        { "revision", request => request.Revision = null },
        { "revision.function", request => request.Revision.Function = "Not A Name" },
        { "revision.backbone_digest", request => request.Revision.BackboneDigest = "sha256:xyz" },
        { "revision.adapter_digest", request => request.Revision.AdapterDigest = "latest" },
        { "revision.trust_domain", request => request.Revision.TrustDomain = "" },
        { "prompt", request => request.Prompt = null },
        { "max_tokens", request => request.Sampling.MaxTokens = 0 },
    };

    [Fact]
    public void A_whole_request_is_read()
    {
        var invocation = Assert.IsType<Loading<Invocation>.Ready>(Read(Request().ToByteArray())).Value;

        Assert.Equal("sentiment.openfaas-fn", invocation.Function.ToString());
        Assert.Equal("call-1", invocation.CallId.Value);
        Assert.Null(invocation.Adapter);
    }

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void What_is_wrong_is_named_by_its_field(string field, Action<GenerateRequest> spoil)
    {
        var request = Request();
        spoil(request);

        var problem = Assert.IsType<Loading<Invocation>.Failed>(Read(request.ToByteArray())).Problem;

        Assert.Equal(ErrorCode.InvalidRequest, problem.Code);
        Assert.Equal(field, problem.Field);
    }

    [Fact]
    public void No_bytes_whatever_make_it_throw()
    {
        var random = new Random(5);
        var whole = Request().ToByteArray();

        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])whole.Clone();

            for (var flips = random.Next(1, 8); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Read(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
        }
    }

    private static GenerateRequest Request() => new()
    {
        Revision = new RevisionRef
        {
            Namespace = "openfaas-fn", Function = "sentiment", Number = 1, BackboneDigest = Digest.OfBytes([1]).Value, TrustDomain = "openfaas-fn",
        },
        Prompt = new Prompt { UserText = "hello" },
        Sampling = new Sampling { MaxTokens = 8 },
    };

    [Theory]
    [InlineData("bf16/stored", 1, false)]
    [InlineData("float32/stored", 1, true)]
    [InlineData("bf16/int8", 1, true)]
    [InlineData("bf16/int8", 0, false)]
    [InlineData("", 1, false)]
    public void An_answer_that_was_begun_with_another_arithmetic_is_not_gone_on_with(string begunWith, int tokens, bool isRefused)
    {
        var request = Request();
        request.ResumeTokens.Add(Enumerable.Range(0, tokens));
        request.ResumeArithmetic = begunWith;

        var read = InvocationReader.RefuseOthersTokens(Read(request.ToByteArray()), "bf16/stored");

        Assert.Equal(isRefused ? ErrorCode.ArithmeticDiffers : null, (read as Loading<Invocation>.Failed)?.Problem.Code);
    }

    private static Loading<Invocation> Read(ReadOnlySpan<byte> body) =>
        InvocationReader.Read(body, "call-1", TimeSpan.FromSeconds(1), 0, DateTimeOffset.UnixEpoch);
}
