using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LoraFaaS.Gateway.Requests;
using Microsoft.Net.Http.Headers;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>The rules for attributes, which are the same in every mode (CloudEvents 1.0, section 3). What breaks one is named as the sender wrote it.</summary>
internal static partial class EventAttributes
{
    private const string Missing = "is required";

    /// <summary>Null when a problem was found.</summary>
    /// <param name="attributes">By their bare names; what is read is taken out.</param>
    /// <param name="prefix">What stands before a name on the wire.</param>
    public static CloudEvent? Read(SortedDictionary<string, AttributeValue> attributes, string prefix, string? contentType, FieldProblems problems)
    {
        foreach (var (name, value) in attributes)
        {
            CheckName(name, prefix, problems);
            CheckCharacters(name, value, prefix, problems);
        }

        if (Take("specversion", required: true) is { } version && version != CloudEvent.SpecVersion)
        {
            problems.Add(prefix + "specversion", $"must be {CloudEvent.SpecVersion}");
        }

        var id = Take("id", required: true);
        var source = Take("source", required: true);
        var type = Take("type", required: true);
        var subject = Take("subject");
        var time = Take("time");
        var schema = Take("dataschema");

        Check(source is null || UriText.IsReference(source), "source", "must be a URI reference (RFC 3986)");
        Check(time is null || IsTime(time), "time", "must be a time of RFC 3339, as in 2026-01-31T12:00:00Z");
        Check(schema is null || UriText.IsAbsolute(schema), "dataschema", "must be an absolute URI");
        Check(contentType is null || MediaTypeHeaderValue.TryParse(contentType, out _), prefix.Length > 0 ? "" : "datacontenttype", "must be a media type (RFC 2046)");

        return problems.Any
            ? null
            : new CloudEvent
            {
                Id = id!,
                Source = source!,
                Type = type!,
                Subject = subject,
                Time = time,
                DataContentType = contentType,
                DataSchema = schema,
                Extensions = attributes,
            };

        void Check(bool holds, string name, string rule)
        {
            if (!holds)
            {
                problems.Add(name.Length > 0 ? prefix + name : HeaderNames.ContentType, rule);
            }
        }

        string? Take(string name, bool required = false)
        {
            if (!attributes.Remove(name, out var value))
            {
                if (required)
                {
                    problems.Add(prefix + name, Missing);
                }

                return null;
            }

            Check(value.Kind is JsonValueKind.String && value.Text.Length > 0, name, "must be a string that is not empty");
            return value.Text;
        }
    }

    /// <summary>JSON's own type, and all that end in <c>/json</c> or <c>+json</c>; no type at all means JSON.</summary>
    public static bool IsJson(string? contentType) =>
        contentType is null
        || (MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)));

    private static void CheckName(string name, string prefix, FieldProblems problems)
    {
        if (name is "data" || !Name().IsMatch(name))
        {
            problems.Add(prefix + name, "is not an attribute's name: lower-case letters and digits, and not data");
        }
    }

    /// <summary>Section 3.2: no control characters, no code points that are not characters.</summary>
    private static void CheckCharacters(string name, AttributeValue value, string prefix, FieldProblems problems)
    {
        foreach (var rune in value.Text.EnumerateRunes())
        {
            if (Rune(rune.Value))
            {
                problems.Add(prefix + name, string.Create(CultureInfo.InvariantCulture, $"holds U+{rune.Value:X4}, which an attribute may not"));
                return;
            }
        }

        static bool Rune(int code) => code is <= 0x1F or (>= 0x7F and <= 0x9F) or (>= 0xFDD0 and <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
    }

    private static bool IsTime(string text) =>
        Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);

    [GeneratedRegex(@"^[a-z0-9]+\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();
}
