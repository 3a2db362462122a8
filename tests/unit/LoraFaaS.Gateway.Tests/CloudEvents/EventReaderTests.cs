using System.Text;
using System.Text.Json;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.CloudEvents;
using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Gateway.Tests.CloudEvents;

/// <summary>Which requests are events, and what is wrong with those that are bad ones.</summary>
public sealed class EventReaderTests
{
    private const string Attributes = "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"";

    [Fact]
    public void A_request_without_attributes_is_no_event()
    {
        Assert.IsType<EventReading.NoEvent>(Read("hello", "text/plain"));
        Assert.IsType<EventReading.NoEvent>(Read("hello", "text/plain", method: "PUT", headers: ("ce-id", "1")));
        Assert.IsType<EventReading.NoEvent>(Read("{}", null));
    }

    [Fact]
    public void A_binary_event_is_read_whole()
    {
        var call = Received(Read(
            "hello", "text/plain", "POST",
            ("CE-SpecVersion", "1.0"), ("ce-id", "a%20b"), ("Ce-Source", "/s"), ("ce-type", "t"), ("ce-subject", "x"),
            ("ce-time", "2026-01-31T12:00:00.5+01:00"), ("ce-dataschema", "https://a/b"), ("ce-sequence", "7")));

        Assert.Equal(EventMode.Binary, call.Mode);
        Assert.Equal("a b", call.Event.Id);
        Assert.Equal("/s", call.Event.Source);
        Assert.Equal("x", call.Event.Subject);
        Assert.Equal("text/plain", call.Event.DataContentType);
        Assert.Equal("https://a/b", call.Event.DataSchema);
        Assert.Equal(["sequence"], call.Event.Extensions.Keys);
        Assert.Equal("hello", Encoding.UTF8.GetString(call.Data.Span));
        Assert.Equal("text/plain", call.DataType);
    }

    [Theory]
    [InlineData("\"data\":\"hello\",\"datacontenttype\":\"text/plain\"", "hello", "text/plain")]
    [InlineData("\"data\":\"hello\"", "hello", "text/plain")]
    [InlineData("\"data\":{\"prompt\":\"x\"}", "{\"prompt\":\"x\"}", "application/json")]
    [InlineData("\"data\":{\"prompt\":\"x\"},\"datacontenttype\":\"application/vnd.a+json\"", "{\"prompt\":\"x\"}", "application/json")]
    [InlineData("\"data_base64\":\"aGVsbG8=\",\"datacontenttype\":\"text/plain\"", "hello", "text/plain")]
    [InlineData("\"data\":null,\"data_base64\":\"aGVsbG8=\"", "hello", null)]
    [InlineData("\"data\":null,\"subject\":null", "", null)]
    public void Structured_data_is_what_its_type_says(string members, string data, string? type)
    {
        var call = Received(Read($"{{{Attributes},{members}}}", "application/cloudevents+json; charset=UTF-8"));

        Assert.Equal(EventMode.Structured, call.Mode);
        Assert.Equal(data, Encoding.UTF8.GetString(call.Data.Span));
        Assert.Equal(type, call.DataType);
        Assert.Null(call.Event.Subject);
    }

    [Fact]
    public void Extensions_keep_their_JSON_type()
    {
        var call = Received(Read($"{{{Attributes},\"n\":-7,\"b\":true,\"s\":\"x\"}}", "application/cloudevents+json"));

        Assert.Equal(new AttributeValue("-7", JsonValueKind.Number), call.Event.Extensions["n"]);
        Assert.Equal(new AttributeValue("true", JsonValueKind.True), call.Event.Extensions["b"]);
        Assert.Equal(AttributeValue.Of("x"), call.Event.Extensions["s"]);
    }

    [Theory]
    [InlineData("ce-id", null, "ce-id")]
    [InlineData("ce-source", null, "ce-source")]
    [InlineData("ce-type", null, "ce-type")]
    [InlineData("ce-specversion", null, "ce-specversion")]
    [InlineData("ce-id", "", "ce-id")]
    [InlineData("ce-specversion", "0.3", "ce-specversion")]
    [InlineData("ce-source", "a b", "ce-source")]
    [InlineData("ce-source", "%ff", "ce-source")]
    [InlineData("ce-time", "yesterday", "ce-time")]
    [InlineData("ce-time", "2026-13-31T12:00:00Z", "ce-time")]
    [InlineData("ce-time", "2026-01-31", "ce-time")]
    [InlineData("ce-subject", "", "ce-subject")]
    [InlineData("ce-dataschema", "/relative", "ce-dataschema")]
    [InlineData("ce-datacontenttype", "text/plain", "ce-datacontenttype")]
    [InlineData("ce-data", "x", "ce-data")]
    [InlineData("ce-two-words", "x", "ce-two-words")]
    [InlineData("ce-", "x", "ce-")]
    [InlineData("ce-other", "a%00b", "ce-other")]
    public void A_bad_header_is_named(string header, string? value, string named)
    {
        var headers = new Dictionary<string, string>
        {
            ["ce-specversion"] = "1.0", ["ce-id"] = "1", ["ce-source"] = "/s", ["ce-type"] = "t",
        };

        if (value is null)
        {
            headers.Remove(header);
        }
        else
        {
            headers[header] = value;
        }

        var problem = Refused(Read("x", "text/plain", "POST", [.. headers.Select(pair => (pair.Key, pair.Value))]));

        Assert.Equal(ErrorCode.InvalidRequest, problem.Code);
        Assert.Equal(named, problem.Field);
    }

    [Theory]
    [InlineData("{}", "specversion")]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    [InlineData("{\"specversion\":1.0,\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}", "specversion")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":1,\"source\":\"/s\",\"type\":\"t\"}", "id")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"\",\"type\":\"t\"}", "source")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"\\ud800\",\"source\":\"/s\",\"type\":\"t\"}", null)]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"a\\u0000\",\"source\":\"/s\",\"type\":\"t\"}", "id")]
    [InlineData("{" + Attributes + ",\"id\":\"2\"}", "id")]
    [InlineData("{" + Attributes + ",\"Upper\":\"x\"}", "Upper")]
    [InlineData("{" + Attributes + ",\"list\":[1]}", "list")]
    [InlineData("{" + Attributes + ",\"half\":0.5}", "half")]
    [InlineData("{" + Attributes + ",\"data\":\"x\",\"data_base64\":\"eA==\"}", "data_base64")]
    [InlineData("{" + Attributes + ",\"data_base64\":\"?\"}", "data_base64")]
    [InlineData("{" + Attributes + ",\"data_base64\":7}", "data_base64")]
    [InlineData("{" + Attributes + ",\"data\":{},\"datacontenttype\":\"text/plain\"}", "data")]
    [InlineData("{" + Attributes + ",\"datacontenttype\":\"no type\"}", "datacontenttype")]
    public void A_bad_member_is_named(string body, string? named)
    {
        var problem = Refused(Read(body, "application/cloudevents+json"));

        Assert.Equal(ErrorCode.InvalidRequest, problem.Code);
        Assert.Equal(named, problem.Field);
    }

    [Theory]
    [InlineData("application/cloudevents-batch+json")]
    [InlineData("application/cloudevents-batch")]
    [InlineData("application/cloudevents+avro")]
    [InlineData("application/cloudevents")]
    [InlineData("application/cloudevents+json; charset=utf-16")]
    public void Batches_and_other_formats_are_415(string contentType) =>
        Assert.Equal(415, Refused(Read("[]", contentType)).Code.ToHttpStatus());

    [Fact]
    public void No_bytes_make_it_throw()
    {
        var random = new Random(61);
        string[] pieces = ["{", "}", Attributes, ",", "\"data\":", "\"data_base64\":", "null", "\"\\ud800\"", "[", "]", "1e999", "\"time\":\"2026-01-01T00:00:00Z\"", "\"id\":", "\"\"", "\0", "é", "\"datacontenttype\":\"a/b\""];

        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            var bytes = Encoding.UTF8.GetBytes(text);
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            Assert.NotNull(Read(bytes, random.Next(4) == 0 ? "text/plain" : "application/cloudevents+json", "POST", [("ce-" + (char)random.Next(33, 127), text)]));
        }
    }

    private static EventCall Received(EventReading reading) => reading is EventReading.Refused refused
        ? throw new InvalidOperationException(refused.Problem.ToString())
        : Assert.IsType<EventReading.Received>(reading).Call;

    private static Problem Refused(EventReading reading) => Assert.IsType<EventReading.Refused>(reading).Problem;

    private static EventReading Read(string body, string? contentType, string method = "POST", params (string Name, string Value)[] headers) =>
        Read(Encoding.UTF8.GetBytes(body), contentType, method, headers);

    private static EventReading Read(byte[] body, string? contentType, string method, (string Name, string Value)[] headers)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        request.ContentType = contentType;

        foreach (var (name, value) in headers)
        {
            request.Headers[name] = value;
        }

        return EventReader.Read(request, body);
    }
}
