using System.Text.Json;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Inference;
using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Kserve;

/// <summary>Bytes of <c>/v2/models/NAME/infer</c> to a request, or the problem with the field that causes it: the one tensor, of one text, that the same call takes over gRPC.</summary>
internal static class KserveInferParser
{
    public static (KserveRequest? Request, Problem? Problem) Parse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, Read);

    private static KserveRequest? Read(JsonFields fields)
    {
        var id = fields.String("id");
        var text = ReadInputs(fields);
        CheckOutputs(fields);
        var sampling = fields.Object("parameters") is { } parameters ? SamplingFields.Read(parameters) : SamplingOverrides.None;

        return text is null ? null : new KserveRequest(text, sampling, Details: false) { Id = id };
    }

    private static string? ReadInputs(JsonFields fields)
    {
        const string Name = "inputs";

        if (fields.Find(Name) is not { ValueKind: JsonValueKind.Array } inputs || inputs.GetArrayLength() != 1 || inputs[0].ValueKind is not JsonValueKind.Object)
        {
            fields.Refuse(Name, $"must be one tensor, {InferRequestReader.Input} of type {InferRequestReader.DataType}");
            return null;
        }

        var input = new JsonFields(inputs[0], fields.PathOf($"{Name}[0]"), fields.Problems);

        if (input.String("name") != InferRequestReader.Input)
        {
            input.Refuse("name", $"must be {InferRequestReader.Input}");
        }

        if (input.String("datatype") != InferRequestReader.DataType)
        {
            input.Refuse("datatype", $"must be {InferRequestReader.DataType}");
        }

        if (input.Find("shape") is { } shape && !IsOfOne(shape))
        {
            input.Refuse("shape", "must be that of one text, [1]");
        }

        return ReadText(input);
    }

    private static bool IsOfOne(JsonElement shape) =>
        shape.ValueKind is JsonValueKind.Array && shape.EnumerateArray().All(size => JsonFields.TryInteger(size, out var length) && length == 1);

    /// <summary>The protocol lets data be flat or nested as the shape is.</summary>
    private static string? ReadText(JsonFields input)
    {
        const string Name = "data";
        var data = input.Find(Name);

        while (data is { ValueKind: JsonValueKind.Array } nested && nested.GetArrayLength() == 1)
        {
            data = nested[0];
        }

        if (data is { ValueKind: JsonValueKind.String } text)
        {
            return text.GetString();
        }

        input.Refuse(Name, "must be one text");
        return null;
    }

    private static void CheckOutputs(JsonFields fields)
    {
        const string Name = "outputs";

        if (fields.Find(Name) is not { } outputs)
        {
            return;
        }

        if (outputs.ValueKind is not JsonValueKind.Array || outputs.EnumerateArray().Any(output => output.ValueKind is not JsonValueKind.Object))
        {
            fields.Refuse(Name, "must be an array of tensors");
            return;
        }

        var index = 0;

        foreach (var output in outputs.EnumerateArray())
        {
            var wanted = new JsonFields(output, fields.PathOf($"{Name}[{index++}]"), fields.Problems);

            if (wanted.String("name") != InferRequestReader.Output)
            {
                wanted.Refuse("name", $"must be {InferRequestReader.Output}: nothing else is made here");
            }
        }
    }
}
