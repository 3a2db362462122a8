using System.Text;
using System.Text.Json;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>An event as one JSON object (JSON event format 1.0): attributes, and <c>data</c> or <c>data_base64</c>.</summary>
internal static class StructuredEventReader
{
    private const string Data = "data";
    private const string Base64 = "data_base64";

    public static EventReading Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.TryParse(body, out var problem);

        if (document is null)
        {
            return new EventReading.Refused(problem!);
        }

        if (document.RootElement.ValueKind is not JsonValueKind.Object)
        {
            return new EventReading.Refused(new Problem(ErrorCode.InvalidRequest, "an event is a JSON object"));
        }

        try
        {
            return Read(document.RootElement);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: JsonDocument accepts it and refuses only when it is read.
            return new EventReading.Refused(new Problem(ErrorCode.InvalidRequest, "the event holds a string that is not valid Unicode"));
        }
    }

    private static EventReading Read(JsonElement root)
    {
        var problems = new FieldProblems();
        var attributes = new SortedDictionary<string, AttributeValue>(StringComparer.Ordinal);
        var members = new HashSet<string>(StringComparer.Ordinal);

        foreach (var member in root.EnumerateObject())
        {
            if (!members.Add(member.Name))
            {
                problems.Add(member.Name, "is given twice");
            }

            // null is how a producer says that an attribute is absent.
            if (member.Name is not (Data or Base64) && member.Value.ValueKind is not JsonValueKind.Null)
            {
                ReadAttribute(member, attributes, problems);
            }
        }

        var type = attributes.Remove("datacontenttype", out var given) ? given.Text : null;
        var read = EventAttributes.Read(attributes, "", type, problems);
        var (data, dataType) = ReadData(root, type, problems);

        return problems.Any
            ? new EventReading.Refused(problems.First)
            : new EventReading.Received(new EventCall(read!, EventMode.Structured, data, dataType));
    }

    private static void ReadAttribute(JsonProperty member, SortedDictionary<string, AttributeValue> attributes, FieldProblems problems)
    {
        switch (member.Value.ValueKind)
        {
            case JsonValueKind.String:
                attributes[member.Name] = AttributeValue.Of(member.Value.GetString()!);
                break;

            case JsonValueKind.True or JsonValueKind.False:
                attributes[member.Name] = new AttributeValue(member.Value.GetRawText(), member.Value.ValueKind);
                break;

            case JsonValueKind.Number when member.Value.TryGetInt32(out _):
                attributes[member.Name] = new AttributeValue(member.Value.GetRawText(), JsonValueKind.Number);
                break;

            default:
                problems.Add(member.Name, "must be a string, true, false or an integer of 32 bits");
                break;
        }
    }

    /// <summary>
    /// A string is the text itself, whatever the type says of it; any other JSON is for types that are JSON, and stays as it was written.
    /// </summary>
    private static (ReadOnlyMemory<byte> Data, string? Type) ReadData(JsonElement root, string? type, FieldProblems problems)
    {
        var hasData = root.TryGetProperty(Data, out var data) && data.ValueKind is not JsonValueKind.Null;
        var hasBase64 = root.TryGetProperty(Base64, out var base64) && base64.ValueKind is not JsonValueKind.Null;

        if (hasData && hasBase64)
        {
            problems.Add(Base64, $"cannot be given together with {Data}");
            return default;
        }

        if (hasBase64)
        {
            if (base64.ValueKind is JsonValueKind.String && base64.TryGetBytesFromBase64(out var bytes))
            {
                return (bytes, type);
            }

            problems.Add(Base64, "must be a string of base64");
            return default;
        }

        if (!hasData)
        {
            return (ReadOnlyMemory<byte>.Empty, null);
        }

        if (data.ValueKind is JsonValueKind.String)
        {
            return (Encoding.UTF8.GetBytes(data.GetString()!), "text/plain");
        }

        if (!EventAttributes.IsJson(type))
        {
            problems.Add(Data, $"must be a string, since its type is {type}");
            return default;
        }

        return (Encoding.UTF8.GetBytes(data.GetRawText()), "application/json");
    }
}
