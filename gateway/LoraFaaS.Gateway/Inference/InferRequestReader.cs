using System.Buffers;
using System.Text.Json;
using Google.Protobuf.Collections;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Protocol.Inference;

namespace LoraFaaS.Gateway.Inference;

/// <summary>An inference request to what it asks, or the problem with the field that causes it. A model here takes one tensor, of one text, and makes one.</summary>
internal static class InferRequestReader
{
    public const string Input = "text_input";
    public const string Output = "text_output";
    public const string DataType = "BYTES";
    private const string Parameters = "parameters";

    public static (InferCall? Call, Problem? Problem) Read(ModelInferRequest request)
    {
        if (request.Inputs is not [var input] || input.Name != Input || input.Datatype != DataType)
        {
            return Refuse("inputs", $"must be one tensor, {Input} of type {DataType}");
        }

        if (input.Shape.Any(size => size != 1))
        {
            return Refuse("inputs[0].shape", "must be that of one text, [1]");
        }

        if (request.Outputs.FirstOrDefault(output => output.Name != Output) is { } other)
        {
            return Refuse("outputs", $"{other.Name} is not made here: {Output} is");
        }

        var isRaw = request.RawInputContents.Count > 0;
        var contents = isRaw ? request.RawInputContents : input.Contents?.BytesContents ?? [];

        if (contents is not [var content] || InferText.Read(content, isRaw) is not { } text)
        {
            return Refuse(isRaw ? "raw_input_contents" : "inputs[0].contents", "must be one text in UTF-8");
        }

        return ReadSampling(request.Parameters) is var (sampling, problem) && sampling is not null ? (new InferCall(text, sampling, isRaw), null) : (null, problem);
    }

    private static (SamplingOverrides? Sampling, Problem? Problem) ReadSampling(MapField<string, InferParameter> parameters)
    {
        if (parameters.Count == 0)
        {
            return (SamplingOverrides.None, null);
        }

        return ToJson(parameters) is { } json
            ? JsonBody.Read(json, fields => SamplingFields.Read(fields.Object(Parameters)!.Value))
            : (null, new Problem(ErrorCode.InvalidRequest, "must be numbers, words or true and false", Parameters));
    }

    /// <summary>As the JSON dialects have them, so that the same words mean the same. Null: one is nothing that JSON has a word for.</summary>
    private static ReadOnlyMemory<byte>? ToJson(MapField<string, InferParameter> parameters)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        writer.WriteStartObject(Parameters);

        foreach (var (name, value) in parameters)
        {
            writer.WritePropertyName(name);

            switch (value.ParameterChoiceCase)
            {
                case InferParameter.ParameterChoiceOneofCase.BoolParam:
                    writer.WriteBooleanValue(value.BoolParam);
                    break;

                case InferParameter.ParameterChoiceOneofCase.Int64Param:
                    writer.WriteNumberValue(value.Int64Param);
                    break;

                case InferParameter.ParameterChoiceOneofCase.Uint64Param:
                    writer.WriteNumberValue(value.Uint64Param);
                    break;

                case InferParameter.ParameterChoiceOneofCase.DoubleParam when double.IsFinite(value.DoubleParam):
                    writer.WriteNumberValue(value.DoubleParam);
                    break;

                case InferParameter.ParameterChoiceOneofCase.StringParam:
                    writer.WriteStringValue(value.StringParam);
                    break;

                default:
                    return null;
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenMemory;
    }

    private static (InferCall? Call, Problem? Problem) Refuse(string field, string message) => (null, new Problem(ErrorCode.InvalidRequest, message, field));
}
