using Google.Protobuf;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Inference;

namespace LoraFaaS.Gateway.Inference;

/// <summary>Texts as answers to one request.</summary>
internal sealed class InferAnswer(ModelInferRequest request, InferCall call, int revision)
{
    /// <summary>How servers that stream say which answer is the last one.</summary>
    private const string Last = "triton_final_response";

    /// <summary>The whole of it.</summary>
    public ModelInferResponse Whole(string text, Finished finished) => WithEnd(Of(text), finished);

    public ModelInferResponse Piece(string text)
    {
        var piece = Of(text);
        piece.Parameters[Last] = new InferParameter { BoolParam = false };
        return piece;
    }

    /// <summary>Nothing more, and why.</summary>
    public ModelInferResponse End(Finished finished)
    {
        var end = WithEnd(Of(""), finished);
        end.Parameters[Last] = new InferParameter { BoolParam = true };
        return end;
    }

    private ModelInferResponse Of(string text)
    {
        var output = new ModelInferResponse.Types.InferOutputTensor { Name = InferRequestReader.Output, Datatype = InferRequestReader.DataType, Shape = { 1 } };
        var response = new ModelInferResponse
        {
            ModelName = request.ModelName, ModelVersion = revision.ToString(System.Globalization.CultureInfo.InvariantCulture), Id = request.Id, Outputs = { output },
        };

        if (call.IsRaw)
        {
            response.RawOutputContents.Add(InferText.WriteRaw(text));
        }
        else
        {
            output.Contents = new InferTensorContents { BytesContents = { ByteString.CopyFromUtf8(text) } };
        }

        return response;
    }

    private static ModelInferResponse WithEnd(ModelInferResponse response, Finished finished)
    {
        response.Parameters["finish_reason"] = new InferParameter { StringParam = finished.Reason.ToWire() };
        response.Parameters["prompt_tokens"] = new InferParameter { Int64Param = finished.PromptTokens };
        response.Parameters["completion_tokens"] = new InferParameter { Int64Param = finished.CompletionTokens };
        return response;
    }
}
